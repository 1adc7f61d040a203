import { ProblemError, type ServiceApp } from '@faultline/chassis';

/** What this provider answers when it says no: its own envelope, not the shop's. */
export interface Envelope {
  error: { error_code: string; error_text: string };
}

/** Thrown in a handler, it becomes the answer. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
  readonly statusCode: number;
  readonly errorCode: string;

  constructor(statusCode: number, errorCode: string, text: string) {
    super(text);
    this.statusCode = statusCode;
    this.errorCode = errorCode;
  }
}

/** Makes every error answer of `app` a {@link Envelope}. */
export function answerRefusals(app: ServiceApp): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (error instanceof RefusalError) return reply.status(status).send(envelopeOf(error));
    if (error instanceof ProblemError) {
      return reply.status(error.problem.status).send(envelope('SYSTEM_BUSY', error.message));
    }
    if (status < 500) return reply.status(status).send(envelope('BAD_REQUEST', error.message));
    reply.log.error({ err: error }, 'request failed');
    return reply.status(500).send(envelope('SYSTEM_ERROR', 'Try again with the same reference.'));
  });
}

function envelopeOf({ errorCode, message }: RefusalError): Envelope {
  return envelope(errorCode, message);
}

function envelope(error_code: string, error_text: string): Envelope {
  return { error: { error_code, error_text } };
}
