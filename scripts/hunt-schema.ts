import { z } from 'zod/v4';
import { DEVICE_TABLES } from '../local/schemas/device-tables.ts';
import { HuntSchema, HuntTests } from '../src/hunt-files/hunt-schema.ts';

/** Editors complete the columns of a test's rows; tables of one's own are taken as they are. */
const ROWS = Object.fromEntries(
  Object.entries(DEVICE_TABLES).map(([table, columns]) => {
    const properties = Object.fromEntries(columns.map(({ name, type }) => [name, { description: type }]));
    return [table, { type: 'array', items: { type: 'object', properties, additionalProperties: false } }];
  }),
);

/** The loader's schema as editors want it. */
export function huntSchemaJson(): string {
  const schema = z.toJSONSchema(HuntSchema, {
    target: 'draft-7',
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      if (zodSchema === HuntTests.element.shape.tables)
        jsonSchema.properties = ROWS as NonNullable<typeof jsonSchema.properties>;
    },
  });
  return JSON.stringify({ title: 'Hunt', ...schema });
}
