/**
 * Where the network's input lies in the upright image: input = scale · image + offset, per axis. Coordinates are continuous, in pixels:
 * pixel i reaches from i to i + 1, its middle is i + 0.5. A plain record, so that it crosses process borders.
 */
export interface Geometry {
  readonly imageWidth: number;
  readonly imageHeight: number;
  readonly inputWidth: number;
  readonly inputHeight: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
}
