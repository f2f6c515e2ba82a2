// Conditions as expressions of CEL, the Common Expression Language (https://cel.dev; the library follows its specification). The only
// file that knows the library.
//
// An expression is parsed and type-checked against the variables below before anything is judged; `tidegate check` says what is
// wrong and where. CEL cannot loop for ever, has no clock and no I/O, so a rule stays a function of what it is given. Numbers are
// doubles. What CEL cannot know before, such as a text where `valueType: any` was asked to be compared with a number, is a fault of
// one evaluation: the reading is refused as `expression_failed`, and nothing changes.
//
// Bounds: expressionLimits, and expressionLengthMax characters. About 0.3 us an evaluation of a comparison or two.

import { Environment } from "@marcbachmann/cel-js";
import type { ExpressionValueType } from "../model/definitions.ts";
import { emptySample, type Sample } from "./judge.ts";

export const expressionLengthMax = 1000;
const expressionLimits = { maxAstNodes: 500, maxDepth: 40, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 8 };

const celTypes: Record<ExpressionValueType, string> = { number: "double", boolean: "bool", text: "string", any: "dyn" };

const ofBoth = { device: "string", metric: "string", unit: "string", eventTime: "google.protobuf.Timestamp" };

/** What an expression may name, beside `value`, with the types of CEL. */
export const expressionVariables = {
  readings: { ...ofBoth, quality: "int" },
  results: {
    ...ofBoth,
    tag: "string",
    count: "int",
    revision: "int",
    aggregates: "map<string, dyn>",
    start: "google.protobuf.Timestamp",
    end: "google.protobuf.Timestamp",
  },
} as const;

/** What an expression is about. */
export interface ExpressionInput {
  readonly of: keyof typeof expressionVariables;
  readonly valueType: ExpressionValueType;
}

export interface Expression {
  readonly text: string;
  /** Null: it cannot be told of this sample. */
  evaluate(sample: Sample): boolean | null;
}

export interface ExpressionFault {
  /** What is wrong, and where. */
  readonly problem: string;
}

export function compileExpression(text: string, { of, valueType }: ExpressionInput): Expression | ExpressionFault {
  if (text.length > expressionLengthMax) return { problem: `has ${text.length} characters, more than ${expressionLengthMax}` };
  const environment = new Environment({ limits: expressionLimits }).registerVariable("value", celTypes[valueType]);
  for (const [name, type] of Object.entries(expressionVariables[of])) environment.registerVariable(name, type);
  const { valid, type, error } = environment.check(text);
  if (!valid) return { problem: `${error?.summary ?? "is no expression"}${place(text, error?.range?.start)}` };
  if (type !== "bool") return { problem: `gives ${type}, not bool${place(text, 0)}` };
  const parsed = environment.parse(text);
  // Once checked, an expression is not checked again at every evaluation.
  parsed.check();
  const variables = new Variables();
  return {
    text,
    evaluate(sample) {
      variables.sample = sample;
      try {
        return parsed(variables) === true;
      } catch {
        return null;
      }
    },
  };
}

/** The variables of a sample, made when they are asked for. */
class Variables {
  sample = emptySample();

  get value() {
    return this.sample.value;
  }
  get device() {
    return this.sample.device;
  }
  get metric() {
    return this.sample.metric;
  }
  get tag() {
    return this.sample.tag;
  }
  get unit() {
    return this.sample.unit;
  }
  get quality() {
    return BigInt(this.sample.quality);
  }
  get eventTime() {
    return dateOf(this.sample.eventTimeUs);
  }
  get count() {
    return BigInt(this.sample.result?.count ?? 0);
  }
  get revision() {
    return BigInt(this.sample.result?.revision ?? 0);
  }
  get aggregates() {
    return this.sample.result?.aggregates;
  }
  get start() {
    return dateOf(this.sample.result?.startUs ?? 0);
  }
  get end() {
    return dateOf(this.sample.result?.endUs ?? 0);
  }
}

/** To the millisecond. */
function dateOf(timeUs: number): Date {
  return new Date(Math.floor(timeUs / 1000));
}

/** ", at character 7", counted from 1; with the line if there are several. */
function place(text: string, start: number | undefined): string {
  if (start === undefined) return "";
  const before = text.slice(0, start).split("\n");
  const character = (before.at(-1)?.length ?? 0) + 1;
  return text.trimEnd().includes("\n") ? `, at line ${before.length}, character ${character}` : `, at character ${character}`;
}
