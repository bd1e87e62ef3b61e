import { COLORMAPS } from '../../src/image/colormap.ts';
import { SIGNS, UPSAMPLINGS, type ViewSettings } from '../../src/protocol/panel.ts';
import { Segments } from '../components/Segments.tsx';
import { AddPicture, FigureForm } from '../picture/FigureForm.tsx';
import { PictureSelect } from '../picture/PictureSelect.tsx';
import { usePanel } from '../state/context.ts';
import { colormapFor, colormapsFor } from './draw.ts';

const SIGN_WORDS: Readonly<Record<ViewSettings['sign'], readonly [text: string, title: string]>> = {
  positive: ['Positive', 'What counts towards the class (sign positive)'],
  negative: ['Negative', 'What counts against the class (sign negative)'],
  all: ['Signed', 'Both, in two colours (sign all)'],
  absolute_value: ['Absolute', 'How much it counts, towards or against (sign absolute_value)'],
};

const UPSAMPLING_WORDS: Readonly<Record<ViewSettings['upsampling'], readonly [text: string, title: string]>> = {
  none: ['Cells', "The layer's own cells, nothing added"],
  nearest: ['Nearest', 'Each pixel of the input takes the nearest cell'],
  bilinear: ['Bilinear', 'Blended linearly between the middles of cells'],
  bicubic: ['Bicubic', 'Blended smoothly between the middles of cells'],
};

/** How the map is drawn. */
export function Controls() {
  const panel = usePanel();
  const picture = panel.picture.value;
  const isCaptum = panel.view.value.picture === 'captum';
  return (
    <div class="controls">
      <div class="control-row">
        <PictureSelect />
        {picture.kind === 'overlay' && <ColormapSelect />}
        {isCaptum && <AddPicture />}
      </div>
      {picture.kind === 'overlay' && <OverlayControls />}
      {isCaptum && <FigureForm />}
      {picture.kind === 'problem' && (
        <p class="warning" role="alert" data-testid="picture-problem">
          {picture.problem}
        </p>
      )}
    </div>
  );
}

function ColormapSelect() {
  const panel = usePanel();
  const { colormap, sign } = panel.view.value;
  return (
    <label class="control">
      Colours
      <select
        data-testid="colormap"
        value={colormapFor({ sign, colormap })}
        onChange={(event) => panel.setView({ colormap: event.currentTarget.value })}
      >
        {colormapsFor(sign).map((name) => (
          <option key={name} value={name}>
            {COLORMAPS[name].label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Of the panel's own way to draw it. */
function OverlayControls() {
  const panel = usePanel();
  const { opacity, sign, outlierPercent, upsampling } = panel.view.value;
  return (
    <>
      <div class="control-row">
        <Segments
          label="Sign"
          testid="sign"
          value={sign}
          options={SIGNS.map((value) => ({ value, text: SIGN_WORDS[value][0], title: SIGN_WORDS[value][1] }))}
          onChange={(value) => panel.setView({ sign: value })}
        />
        <Segments
          label="Upsampling"
          testid="upsampling"
          value={upsampling}
          options={UPSAMPLINGS.map((value) => ({ value, text: UPSAMPLING_WORDS[value][0], title: UPSAMPLING_WORDS[value][1] }))}
          onChange={(value) => panel.setView({ upsampling: value })}
        />
      </div>
      <div class="control-row">
        <label class="control">
          Opacity
          <input
            type="range"
            min="0"
            max="100"
            data-testid="opacity"
            value={Math.round(opacity * 100)}
            style={{ '--filled': `${opacity * 100}%` }}
            onInput={(event) => panel.setView({ opacity: event.currentTarget.valueAsNumber / 100 })}
          />
          <output>{Math.round(opacity * 100)}%</output>
        </label>
        <label
          class="control"
          title="Clips the strongest values: the scale ends where the sum of the sorted values reaches 100% less this (Captum's outlier_perc). 0: the scale ends at the maximum."
        >
          Clip outliers
          <input
            type="number"
            min="0"
            max="50"
            step="1"
            data-testid="outliers"
            value={outlierPercent}
            onChange={(event) => {
              const value = event.currentTarget.valueAsNumber;
              if (value >= 0 && value <= 50) panel.setView({ outlierPercent: value });
              else event.currentTarget.value = String(outlierPercent);
            }}
          />
          %
        </label>
      </div>
    </>
  );
}
