/** Methods whose batches are images in [0, 1]: a loop that reads back anyway can see whether they are. */
export const takesUnitImages = new WeakSet<object>();
