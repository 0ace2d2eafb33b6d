import Type, {
  type TNull,
  type TObject,
  type TProperties,
  type TSchema,
  type TUnion,
} from 'typebox';
import { Compile } from 'typebox/compile';
import { shortened } from '../graph/duration.ts';
import { invalidArgument } from '../graph/error.ts';

/**
 * The body of an action: these fields and no others, but for OData annotations, which clients add
 * (`@odata.type`) and nobody needs here.
 */
export function bodySchema<T extends TProperties>(properties: T): TObject<T> {
  return Type.Object(properties, {
    additionalProperties: false,
    patternProperties: { '^[^@]*@': {} },
  });
}

/** A field that may be null, which means the same as leaving it out. */
export function nullable<T extends TSchema>(schema: T): TUnion<[T, TNull]> {
  return Type.Union([schema, Type.Null()]);
}

/** Checks a body against a schema; compiled once. */
export type BodyCheck = (body: unknown) => void;

/**
 * @returns a check that throws GraphError 400 naming the first field that is wrong, in the words of
 * the real service where those are known.
 */
export function compileBody(schema: TObject): BodyCheck {
  const validator = Compile(schema);
  return (body) => {
    if (validator.Check(body)) return;
    const error = validator.Errors(body)[0];
    if (error === undefined) throw invalidArgument('The request body is not valid.');
    throw invalidArgument(explain(error));
  };
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

function explain({ keyword, instancePath, params, message }: SchemaError): string {
  const parent = fieldName(instancePath);
  const inside = (name: string) => (parent === '' ? pascal(name) : `${parent}.${pascal(name)}`);
  if (keyword === 'required' && 'requiredProperties' in params) {
    const name = firstOf(params.requiredProperties);
    return `[${inside(name)}]: The ${pascal(name)} field is required.`;
  }
  if (keyword === 'boolean' || keyword === 'additionalProperties') {
    const last = instancePath.split('/').at(-1) ?? '';
    const name = 'additionalProperties' in params ? firstOf(params.additionalProperties) : last;
    return `[${shortened(name)}]: This field is not known here.`;
  }
  const subject = parent === '' ? 'The request body' : `[${parent}]: The value`;
  return `${subject} ${message}.`;
}

function firstOf(names: unknown): string {
  return Array.isArray(names) ? String(names[0]) : String(names);
}

function fieldName(instancePath: string): string {
  return shortened(instancePath.split('/').filter(Boolean).map(pascal).join('.'));
}

/** A field's name as Graph's messages spell it. */
export function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
