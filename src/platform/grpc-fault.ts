// grpc-js wraps why there is no connection in words about itself:
// "No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:7070. Resolution note: ".

/** Why a call has failed, without them. */
export function grpcFault(details: string): string {
  const wrapped = /^No connection established\. Last error: (?:Error: )?([\s\S]*?)\s*\. Resolution note: *([\s\S]*)$/.exec(
    details,
  );
  if (wrapped === null) return details;
  const [, reason = "", note = ""] = wrapped;
  const fault = reason.replace(/\s*\(\d{4}-\d\d-\d\dT[\d:.]+Z\)$/, "").replace(/^null$/, "no connection");
  return note === "" ? fault : `${fault}; ${note}`;
}

/** The other side took the connection and ended it before a word of HTTP/2: most likely it expects TLS. */
export function isClosedAtOnce(fault: string): boolean {
  return fault === "Failed to connect";
}
