/** One tool of an MCP server that people allowed, described by people: a server's own words never reach the model's rules. */
export type AllowedMcpTool = {
  /** As the server names it. */
  readonly name: string;
  /** What it answers, in our words. */
  readonly description: string;
  /** sha256 of its input schema as it was when it was allowed; null to accept what the server says today. */
  readonly schemaSha256: string | null;
};

/** An MCP server (Model Context Protocol, Streamable HTTP) whose read-only tools become ours. */
export type McpServer = {
  /** Part of our tool names: letters and digits. */
  readonly name: string;
  readonly url: string;
  /** The page people open instead; null for none. */
  readonly link: string | null;
  /** Name of the variable that holds its bearer token; null when it asks for none. */
  readonly tokenVariable: string | null;
  /** Accept tools that the server does not mark as read-only. */
  readonly assumeReadOnly: boolean;
  readonly tools: readonly AllowedMcpTool[];
};
