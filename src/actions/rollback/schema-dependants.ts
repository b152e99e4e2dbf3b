type Diff = { readonly path: string; readonly patch: string };

const introducing: readonly RegExp[] = [
  /\b(?:message|service|rpc|enum|type|input|interface|union|scalar)\s+(?<name>[A-Za-z_]\w{2,})/u,
  /"?operationId"?:\s*["']?(?<name>[A-Za-z_]\w{2,})/u,
  /^\+\s*(?:repeated\s+|optional\s+)?[\w.]+\s+(?<name>[a-z_]\w{2,})\s*=\s*\d+;/u,
];

const addedLines = (patch: string): readonly string[] =>
  patch.split('\n').filter((line) => line.startsWith('+') && !line.startsWith('+++'));

/** Names a schema diff introduced: messages, services, types, operations, fields. */
export function schemaNames(patch: string): readonly string[] {
  const found = addedLines(patch).flatMap((line) =>
    introducing.flatMap((pattern) => {
      const { name } = pattern.exec(line)?.groups ?? {};
      return name === undefined ? [] : [name];
    }),
  );
  return [...new Set(found)];
}

/** Later diffs that use a name the reverted schema introduced, also in its lowerCamel form. */
export function schemaDependants(
  schemaDiffs: readonly Diff[],
  laterDiffs: readonly Diff[],
): readonly { readonly name: string; readonly schema: string; readonly usedIn: string }[] {
  const names = schemaDiffs.flatMap(({ path, patch }) => schemaNames(patch).map((name) => ({ name, schema: path })));
  return laterDiffs.flatMap(({ path, patch }) => {
    const words = new Set(addedLines(patch).flatMap((line) => line.match(/\w+/gu) ?? []));
    return names
      .filter(({ name }) => words.has(name) || words.has(lowerCamel(name)))
      .map(({ name, schema }) => ({ name, schema, usedIn: path }));
  });
}

const lowerCamel = (name: string): string =>
  name.replace(/_(?<letter>\w)/gu, (_, letter: string) => letter.toUpperCase());
