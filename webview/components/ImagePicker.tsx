import { usePanel } from '../state/context.ts';
import { fileNameOf } from '../state/fileName.ts';
import { Icon } from './Icon.tsx';

/** The images that can be explained: the workspace's, the last one first, any other file, or one that is dropped or pasted. */
export function ImagePicker({ onDone }: { onDone?: () => void }) {
  const panel = usePanel();
  const offered = [...panel.offered.value].sort((a, b) => Number(b.last) - Number(a.last));
  return (
    <div class="picker" data-testid="image-picker">
      {offered.length > 0 && (
        <ul class="picker-list" aria-label="Images of the workspace">
          {offered.map((image) => {
            const name = fileNameOf(image.label);
            return (
              <li key={image.path}>
                <button
                  type="button"
                  data-image={image.label}
                  title={image.path}
                  onClick={() => {
                    onDone?.();
                    void panel.inputs.setImage({ path: image.path });
                  }}
                >
                  <Icon name="image" />
                  <span class="picker-name">{name}</span>
                  <span class="picker-folder">{image.label.slice(0, image.label.length - name.length).replace(/[\\/]$/, '')}</span>
                  {image.last && <span class="picker-last">last used</span>}
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <p class="picker-more">
        <button
          type="button"
          class={offered.length > 0 ? 'button secondary' : 'button'}
          data-testid="choose-image"
          onClick={() => {
            onDone?.();
            void panel.inputs.chooseImage();
          }}
        >
          Choose…
        </button>
        <span class="muted">or paste one, or drop it here with Shift</span>
      </p>
    </div>
  );
}
