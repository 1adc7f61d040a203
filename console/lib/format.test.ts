import { describe, expect, it } from 'vitest';
import {
  durationParts,
  formatBytes,
  formatCountdown,
  formatDuration,
  formatPercent,
  formatRate,
  formatRelative,
  formatSetting,
  percentValue,
  plural,
} from './format.ts';

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [0.04, '0.04 ms'],
    [0.99, '1 ms'],
    [4.26, '4.3 ms'],
    [340.4, '340 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [2003, '2.00 s'],
    [12_340, '12.3 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min'],
    [65_000, '1 min 5 s'],
    [3_600_000, '1 h'],
    [3_900_000, '1 h 5 min'],
    [90_000_000, '1 d 1 h'],
  ])('says %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('shows nothing measured as a dash, not as zero', () => {
    expect(formatDuration(null)).toBe('–');
    expect(durationParts(undefined)).toEqual({ value: '–', unit: '' });
    expect(formatDuration(Number.NaN)).toBe('–');
  });

  it('keeps the sign of a negative one', () => {
    expect(formatDuration(-65_000)).toBe('-1 min 5 s');
  });

  it.each([
    [100, '100 ms'],
    [2000, '2 s'],
    [1500, '1.5 s'],
    [60_000, '60 s'],
    [120_000, '2 min'],
  ])('says a setting of %d ms as %s', (ms, text) => {
    expect(formatSetting(ms)).toBe(text);
  });

  it.each([
    [-5, '0:00'],
    [1, '0:01'],
    [41_000, '0:41'],
    [725_000, '12:05'],
    [3_725_000, '1:02:05'],
  ])('counts %d ms down as %s', (ms, text) => {
    expect(formatCountdown(ms)).toBe(text);
  });
});

describe('rates and shares', () => {
  it.each([
    [0, '0'],
    [0.004, '<0.01'],
    [0.05, '0.05'],
    [1.42, '1.4'],
    [9.96, '10'],
    [1234.4, '1,234'],
  ])('says a rate of %d as %s', (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });

  it.each([
    [0, '0'],
    [0.0004, '<0.1'],
    [0.065, '6.5'],
    [0.82, '82'],
    [0.9999, '>99'],
    [1, '100'],
  ])('says a share of %d as %s %%', (ratio, text) => {
    expect(percentValue(ratio)).toBe(text);
  });

  it('puts the sign behind a space', () => {
    expect(formatPercent(0.065)).toBe('6.5 %');
  });
});

describe('counts, sizes and ages', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1500, '1.50 kB'],
    [78_000_000, '78.0 MB'],
    [1_210_000_000, '1.21 GB'],
  ])('says %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, 'now'],
    [12_000, '12 s ago'],
    [300_000, '5 min ago'],
    [-5000, 'in 5 s'],
    [172_800_000, '2 d ago'],
  ])('says an age of %d ms as %s', (age, text) => {
    expect(formatRelative(1e12 - age, 1e12)).toBe(text);
  });

  it('says one of a thing without an s', () => {
    expect(plural(1, 'instance')).toBe('1 instance');
    expect(plural(1204, 'process', 'processes')).toBe('1,204 processes');
  });
});
