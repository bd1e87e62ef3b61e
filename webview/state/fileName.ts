/** The last part of a path, for display. */
export const fileNameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;
