/*
 * The elements of CSDL that are needed here, as XML (OData, "Common Schema Definition Language").
 */

export const property = (name: string, type: string, nullable = true) =>
  `<Property Name="${name}" Type="${type}"${nullable ? '' : ' Nullable="false"'}/>`;

export const parameter = (name: string, type: string, nullable = true) =>
  `<Parameter Name="${name}" Type="${type}"${nullable ? '' : ' Nullable="false"'}/>`;

export const contained = (name: string, type: string) =>
  `<NavigationProperty Name="${name}" Type="${type}" ContainsTarget="true"/>`;

export const complexType = (name: string, ...properties: string[]) =>
  `<ComplexType Name="${name}">${properties.join('')}</ComplexType>`;

/** An entity of Graph's, which all have an id. */
export const entityType = (name: string, ...properties: string[]) =>
  `<EntityType Name="${name}" BaseType="graph.entity">${properties.join('')}</EntityType>`;

/** An action of everything of a type. */
export const boundAction = (type: string, name: string, ...parameters: string[]) =>
  `<Action Name="${name}" IsBound="true">${boundTo(type)}${parameters.join('')}</Action>`;

export const boundTo = (type: string) => parameter('bindingParameter', `graph.${type}`);
