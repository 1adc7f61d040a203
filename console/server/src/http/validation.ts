import { describeErrors, fieldErrors } from '@faultline/scenarios';
import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { ApiProblem } from './problems.ts';

/** Validates body, query and parameters; what breaks a rule is told with field, rule and value. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart = 'request' }) =>
  (data: unknown) => {
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    const errors = fieldErrors(result.error, data).map((error) => ({
      ...error,
      field: error.field === '' ? httpPart : error.field,
    }));
    return { error: new ApiProblem('invalid-request', describeErrors(errors), errors) };
  };
