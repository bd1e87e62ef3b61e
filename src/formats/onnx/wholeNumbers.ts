const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** An integer attribute as a number. "To the end" is written as the largest int64: any number that is large enough means the same. */
export const exact = (value: bigint): number => Number(value > MAX_EXACT ? MAX_EXACT : value < -MAX_EXACT ? -MAX_EXACT : value);
