import type { RgbImage } from './image.ts';

/** sRGB to XYZ, divided by the white of D65: rows of X, Y, Z. */
const TO_XYZ = [
  [0.412453 / 0.95047, 0.35758 / 0.95047, 0.180423 / 0.95047],
  [0.212671, 0.71516, 0.072169],
  [0.019334 / 1.08883, 0.119193 / 1.08883, 0.950227 / 1.08883],
] as const;

/** sRGB's bytes as linear light from 0 to 1. */
const LINEAR = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92;
});

const root = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);

/** CIELAB (D65, 2°) of every pixel of a picture in sRGB: L from 0 to 100, a, b, one behind the other. */
export function labOf({ width, height, data }: RgbImage): Float32Array {
  const lab = new Float32Array(3 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [r, g, b] = [0, 1, 2].map((channel) => LINEAR[data[4 * pixel + channel] as number] as number) as [number, number, number];
    const [x, y, z] = TO_XYZ.map(([ofR, ofG, ofB]) => root(ofR * r + ofG * g + ofB * b)) as [number, number, number];
    lab.set([116 * y - 16, 500 * (x - y), 200 * (y - z)], 3 * pixel);
  }
  return lab;
}
