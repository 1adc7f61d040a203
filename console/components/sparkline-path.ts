/** SVG path of a sparkline; gaps stay gaps, a flat line stands in the lower third. */
export function sparklinePath(
  values: readonly (number | null)[],
  width: number,
  height: number,
  floor: number,
): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0 || values.length < 2) return '';
  const low = Math.min(floor, ...known);
  const high = Math.max(low + Number.EPSILON, ...known);
  // A steady line must look steady: noise of a tenth of the value is not stretched to full height.
  const span = Math.max(high - low, high * 0.1) * 1.2;
  const step = width / (values.length - 1);
  let pen = 'M';
  let path = '';
  values.forEach((value, index) => {
    if (value === null) {
      pen = 'M';
      return;
    }
    const y = height - 1 - ((value - low) / span) * (height - 2);
    path += `${pen}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    pen = 'L';
  });
  return path;
}
