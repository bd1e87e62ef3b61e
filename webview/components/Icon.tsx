/** 16×16 line drawings; strokes take the text's colour. */
const PATHS = {
  'chevron-right': 'M6 3.5 10.5 8 6 12.5',
  'chevron-down': 'M3.5 6 8 10.5 12.5 6',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3 13.5 13.5',
  plumbing: 'M2.5 4.5h4v7h7M6.5 8h4V4.5h3M4.5 2.5v4M11.5 9.5v4',
  collapse: 'M5.5 2.5h8v8M2.5 5.5h8v8h-8zM4.5 9.5h4',
  target: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 7.6v.8',
  pin: 'M6 2.5h4l-.5 4 2 2v1h-7v-1l2-2zM8 9.5v4',
  copy: 'M5.5 5.5h8v8h-8zM5.5 10.5h-3v-8h8v3',
  save: 'M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 13.5h11',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  image: 'M2.5 3h11v10h-11zM2.5 11l3.2-3.2 2.6 2.6 2-2 3.2 3.2M10.5 5.5v.8',
  swap: 'M3 5.5h9.5M9.5 2.5l3 3-3 3M13 10.5H3.5M6.5 7.5l-3 3 3 3',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5 6.5 12 13 4.5',
  warning: 'M8 2.5 14 13.5H2zM8 6.5v3.4M8 11.4v.7',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
