/** A number as people say it, with its unit apart so that it can be set smaller. */
export interface Quantity {
  value: string;
  unit: string;
}

/** Shown where there is no value: nothing was measured, which is not zero. */
export const NOTHING = '–';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A count with thousands separators: `1,204`. */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** A duration in milliseconds in the unit a person would say: `340 ms`, `2.01 s`, `1 min 5 s`. */
export function durationParts(ms: number | null | undefined): Quantity {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return { value: NOTHING, unit: '' };
  if (ms < 0) return { value: `-${durationParts(-ms).value}`, unit: durationParts(-ms).unit };
  if (ms === 0) return { value: '0', unit: 'ms' };
  if (ms < 0.995) return { value: String(Number(ms.toPrecision(1))), unit: 'ms' };
  if (ms < 9.95) return { value: String(Number(ms.toFixed(1))), unit: 'ms' };
  if (ms < 999.5) return { value: String(Math.round(ms)), unit: 'ms' };
  if (ms < 9_995) return { value: (ms / 1000).toFixed(2), unit: 's' };
  if (ms < 59_950) return { value: (ms / 1000).toFixed(1), unit: 's' };
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** {@link durationParts} as one text. */
export function formatDuration(ms: number | null | undefined): string {
  return join(durationParts(ms));
}

/** A set duration, such as a time limit, without digits nobody chose: `2 s`, `1.5 s`, `100 ms`. */
export function formatSetting(ms: number): string {
  if (ms < 1000) return `${Number(ms.toPrecision(3))} ms`;
  if (ms < 120_000) return `${Number((ms / 1000).toPrecision(3))} s`;
  return formatDuration(ms);
}

/** A time that is known roughly: `40 s` in steps of 10 s, from a minute and a half on `2 min`. */
export function formatMinutes(ms: number): string {
  if (ms < 90_000) return `${Math.max(10, Math.round(ms / 10_000) * 10)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** Time left, as a clock: `0:41`, `12:05`, `1:02:05`. Never negative. */
export function formatCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (part: number) => String(part).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** A rate per second without its unit: `40`, `1.4`, `0.05`, `1,200`. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0';
  if (perSecond < 0.01) return '<0.01';
  if (perSecond < 0.995) return String(Number(perSecond.toFixed(2)));
  if (perSecond < 9.95) return String(Number(perSecond.toFixed(1)));
  return grouped.format(perSecond);
}

/** A ratio from 0 to 1 as a percentage without its sign: `82`, `6.5`, `<0.1`. */
export function percentValue(ratio: number): string {
  const percent = ratio * 100;
  if (percent === 0) return '0';
  if (percent < 0.1) return '<0.1';
  if (percent < 9.95) return String(Number(percent.toFixed(1)));
  // Rounding must not hide the one failure among thousands, nor the one success.
  if (percent > 99 && percent < 100) return '>99';
  return String(Math.round(percent));
}

/** A ratio from 0 to 1 as a percentage: `6.5 %`. */
export function formatPercent(ratio: number): string {
  return `${percentValue(ratio)} %`;
}

/** Bytes in the unit a person would say, decimal: `1.21 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let step = 0;
  while (value >= 999.5 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  const digits = step === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[step]}`;
}

/** How long ago: `now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`; `in 5 s` for the future. */
export function formatRelative(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000);
  const size = Math.abs(seconds);
  if (size < 1) return 'now';
  const text =
    size < 60
      ? `${size} s`
      : size < 3600
        ? `${Math.round(size / 60)} min`
        : size < 86_400
          ? `${Math.round(size / 3600)} h`
          : `${Math.round(size / 86_400)} d`;
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** Local time of day: `21:41:07`, with `.312` when asked. */
export function formatTime(at: number, milliseconds = false): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  const text = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return milliseconds ? `${text}.${String(date.getMilliseconds()).padStart(3, '0')}` : text;
}

/** Local date and time, unambiguous: `2026-11-21 21:41:07.312`. */
export function formatAbsolute(at: number): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${formatTime(at, true)}`;
}

/** `1 instance`, `2 instances`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A link as people read it: `orders → payments`. */
export function formatLink(link: string): string {
  return link.replace('->', ' → ');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): Quantity {
  if (small === 0) return { value: String(large), unit: largeUnit };
  return { value: `${large} ${largeUnit} ${small}`, unit: smallUnit };
}

function join({ value, unit }: Quantity): string {
  return unit === '' ? value : `${value} ${unit}`;
}
