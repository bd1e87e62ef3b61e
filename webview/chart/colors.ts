import { useEffect, useState } from 'preact/hooks';

const NAMES = ['fg', 'muted', 'bar', 'track', 'link', 'line', 'selected-fg'] as const;

/** Colours of the theme, for canvases; the names are the style sheet's. */
export type ThemeColors = Readonly<Record<(typeof NAMES)[number] | 'font', string>>;

/** The theme's colours now, and again when the theme changes. */
export function useThemeColors(): ThemeColors {
  const [colors, setColors] = useState(read);
  useEffect(() => {
    const observer = new MutationObserver(() => setColors(read()));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
    observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    return () => observer.disconnect();
  }, []);
  return colors;
}

/** Mixed and inherited colours come out resolved only as the colour of an element. */
function read(): ThemeColors {
  const probe = document.createElement('i');
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const entries = NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, style.color];
  });
  const font = getComputedStyle(document.body).fontFamily;
  probe.remove();
  return { ...(Object.fromEntries(entries) as Record<(typeof NAMES)[number], string>), font };
}
