import { expect, it } from 'vitest';
import { chooseApiVersion } from './api-version.ts';

it.each([
  [{ ApiVersion: '1.41', MinAPIVersion: '1.12' }, '1.41'],
  [{ ApiVersion: '1.51', MinAPIVersion: '1.24' }, '1.41'],
  [{ ApiVersion: '1.52', MinAPIVersion: '1.44' }, '1.44'],
  [{ ApiVersion: '2.0' }, '1.41'],
  [{ ApiVersion: '1.40', MinAPIVersion: '1.12' }, null],
  [{ ApiVersion: '1.9' }, null],
])('speaks with an engine of %j version %s', (versions, expected) => {
  expect(chooseApiVersion(versions)).toBe(expected);
});
