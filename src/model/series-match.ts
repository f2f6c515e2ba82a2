import type { SeriesMatch } from "./definitions.ts";

/** Names whose answer a matcher remembers, for devices and for metrics each; beyond it the memory begins anew. */
export const namesRememberedMax = 10_000;

/** Says whether a series belongs to a definition. Answers are remembered, so that asking once a column costs two map look-ups. */
export function seriesMatcher(match: SeriesMatch): (device: string, metric: string) => boolean {
  const deviceMatches = rememberingGlob(match.device);
  const metricMatches = rememberingGlob(match.metric);
  return (device, metric) => deviceMatches(device) && metricMatches(metric);
}

function rememberingGlob(pattern: string): (name: string) => boolean {
  if (pattern === "*") return () => true;
  if (!pattern.includes("*")) return (name) => name === pattern;
  const answers = new Map<string, boolean>();
  return (name) => {
    let answer = answers.get(name);
    if (answer === undefined) {
      answer = globMatches(pattern, name);
      if (answers.size >= namesRememberedMax) answers.clear();
      answers.set(name, answer);
    }
    return answer;
  };
}

/**
 * `*` stands for any run of UTF-16 units, also none; everything else for itself.
 *
 * Not a regular expression: device names come from outside, and backtracking over several stars is exponential there. Here only
 * the last star is ever widened, so the cost is at most pattern length times name length.
 */
export function globMatches(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let widenedTo = 0;
  for (let i = 0; i < name.length; ) {
    if (pattern[at] === "*") {
      star = at++;
      widenedTo = i;
    } else if (pattern[at] === name[i]) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++widenedTo;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
