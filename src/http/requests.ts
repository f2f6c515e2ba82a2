// What holds for all requests that may change something.
//
// A request that changes something is answered when that is on disk; one that fails with {code, message, faults?}.
//
// A page of another site that a browser on this host shows must not change anything: browsers let it send only "simple" requests without
// asking. Those are no DELETE, and have no body of type application/json, which every POST here must have; asked for
// more (OPTIONS), we do not answer as CORS wants it.

import type { FastifyError, FastifyInstance } from "fastify";
import { type ErrorCode, TidegateError } from "../platform/errors.ts";

const statusOf: Partial<Record<ErrorCode, number>> = {
  REQUEST_INVALID: 400,
  ALERT_NOT_ACTIVE: 404,
  SILENCE_UNKNOWN: 404,
  SINK_UNKNOWN: 404,
  SILENCES_FULL: 409,
};
/** Of an error that is not the request's: the disk, or the gateway stops. */
const statusElse = 503;

export function guardRequests(app: FastifyInstance): void {
  // A simple request may be text/plain, which fastify takes by itself.
  app.removeContentTypeParser("text/plain");
  app.setErrorHandler((error: FastifyError | TidegateError, _request, reply) => {
    const { status, answer } = answerTo(error);
    return reply.code(status).send(answer);
  });
}

function answerTo(error: FastifyError | TidegateError): { status: number; answer: Readonly<Record<string, unknown>> } {
  if (error instanceof TidegateError) {
    const { code, message, details } = error;
    return { status: statusOf[code] ?? statusElse, answer: { code, message, ...details } };
  }
  const status = error.statusCode ?? 500;
  // A fault of ours crashes no gateway that has readings to take, and tells nobody what is inside.
  if (status >= 500) return { status, answer: { code: "INTERNAL", message: "the gateway failed to answer" } };
  const remedy = status === 415 ? "; send the body as JSON, with content-type: application/json" : "";
  return { status, answer: { code: "REQUEST_INVALID", message: `${error.message}${remedy}` } };
}
