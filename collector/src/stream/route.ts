import type { FastifyInstance } from 'fastify';
import { ApiProblem } from '../api/problems.ts';
import { createStreamClient } from './client.ts';
import type { Feed } from './feed.ts';

/** Streams open at once; a control plane needs one. */
const MAX_STREAMS = 50;

/** Adds `GET /api/stream`. */
export function streamRoute(server: FastifyInstance, feed: Feed): void {
  server.get('/api/stream', (request, reply) => {
    if (feed.clients >= MAX_STREAMS) {
      throw new ApiProblem('too-many-streams', `at most ${MAX_STREAMS} streams`);
    }
    reply.hijack();
    const leave = feed.join(createStreamClient(reply.raw));
    reply.raw.on('error', leave);
    request.raw.on('close', leave);
    reply.raw.on('close', leave);
  });
}
