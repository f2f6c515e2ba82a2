import { z } from "zod";

/** The three places where a secret may stand; at most one of them. `what` is the field's name, such as "password". */
export function secretFields<What extends string>(what: What, description: string) {
  const text = z.string().min(1);
  const fields = {
    [what]: text.optional().meta({ secret: true }).describe(`${description} Better in a file or in the environment than here.`),
    [`${what}File`]: text
      .optional()
      .describe(`File whose first line is the ${what}. It is read at each connect, so that a new one is taken at the next.`),
    [`${what}Env`]: text.optional().describe(`Environment variable that holds the ${what}.`),
  };
  return fields as Record<What | `${What}File` | `${What}Env`, z.ZodOptional<z.ZodString>>;
}

export function checkSecret(what: string, section: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  const given = [what, `${what}File`, `${what}Env`].filter((field) => section[field] !== undefined);
  for (const field of given.slice(1)) {
    const remedy = "keep one of them";
    context.addIssue({ code: "custom", path: [field], message: `is given beside ${given[0]}`, params: { remedy } });
  }
}
