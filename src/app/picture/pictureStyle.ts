import * as image from '../../image/pictureStyle.ts';

export { hiddenBy, type PictureSpec, type PictureStyle } from '../../image/pictureStyle.ts';

/** How `--picture`, and `picture` in a line of a batch, asks for a picture. @throws InspectumError 'usage' as `image/pictureStyle.ts` does */
export const pictureStyle = (spec: image.PictureSpec): image.PictureStyle => image.pictureStyle('--picture', spec);
