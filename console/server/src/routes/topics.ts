import { z } from 'zod';
import {
  messagePageSchema,
  messageQuerySchema,
  redriveResultSchema,
  redriveSchema,
  topicsSchema,
} from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';
import { audited } from './audited.ts';

const byTopic = z.object({ topic: z.string().min(1).max(249) });

/** Topics of the broker: how they are read, what is on them, dead letters sent again. */
export function topicRoutes(app: App, context: ControlContext): void {
  const { topics } = context;
  app.get(
    '/api/topics',
    {
      schema: {
        summary: 'Topics with partitions, consumer groups, lag and dead letters',
        description:
          'Rates are measured between the looks of the last 15 s: the first one has none. Time to ' +
          'drain = lag / (rate out - rate in), of a group that of its slowest partition; null when ' +
          'it never drains. Less than a second’s worth of its work counts as keeping up.',
        response: { 200: topicsSchema },
      },
    },
    () => topics.overview(),
  );
  const page = { params: byTopic, querystring: messageQuerySchema };
  app.get(
    '/api/topics/:topic/messages',
    {
      schema: {
        summary: 'Messages of a topic, newest first; no consumer group notices',
        ...page,
        response: { 200: messagePageSchema },
      },
    },
    (request) => topics.messages(request.params.topic, request.query),
  );
  app.get(
    '/api/topics/:topic/deadletters',
    {
      schema: {
        summary: 'Dead letters of a topic, newest first, with reason and attempts',
        ...page,
        response: { 200: messagePageSchema },
      },
    },
    (request) => topics.deadLetters(request.params.topic, request.query),
  );
  redriveRoute(app, context);
}

function redriveRoute(app: App, { topics, audit }: ControlContext): void {
  app.post(
    '/api/topics/:topic/redrive',
    {
      schema: {
        summary: 'Send dead letters to their topic again; none is sent twice',
        description:
          'Body: `offsets` (a list of partition and offset) or `all: true`, `limit`, `dryRun`. Key, value ' +
          'and headers stay; `redriven-from` says where from. What was sent is remembered in the data ' +
          'folder. Progress: the event `redrive` of the live stream.',
        params: byTopic,
        body: redriveSchema,
        response: { 200: redriveResultSchema },
      },
    },
    (request) => {
      const { topic } = request.params;
      const { body } = request;
      if (body.dryRun) return topics.redrive(topic, body);
      const detail = JSON.stringify(body).slice(0, 300);
      return audited(audit, request, { action: 'topic.redrive', target: topic, detail }, () =>
        topics.redrive(topic, body),
      );
    },
  );
}
