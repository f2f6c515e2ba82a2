import { z } from "zod";

const path = z.string().min(1);

/** How a link to the collector or a sink is encrypted. The files are read at each connect, so that renewed ones are taken then. */
export const tls = z
  .strictObject({
    ca: path.optional().describe("PEM file of the authorities that may vouch for the server. Default: those of Node.js."),
    cert: path.optional().describe("PEM file of the client's certificate, with its chain, where the server asks for one."),
    key: path.optional().describe("PEM file of the private key of cert. Without a passphrase."),
    serverName: z
      .string()
      .min(1)
      .optional()
      .describe("Name that the server's certificate must have. Default: the host of the address."),
  })
  .superRefine(({ cert, key }, context) => {
    if ((cert === undefined) === (key === undefined)) return;
    const missing = cert === undefined ? "cert" : "key";
    const message = `is needed with ${cert === undefined ? "key" : "cert"}`;
    context.addIssue({ code: "custom", path: [missing], message, params: { remedy: "give both, or neither" } });
  });
