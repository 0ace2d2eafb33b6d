/**
 * The application that Graph's change notifications come from: receivers look for it in `azp` or `appid`
 * of a validation token. Graph: "Set up change notifications that include resource data".
 */
export const PUBLISHER_APP_ID = '0bf30f3b-4a52-48df-9a82-234910c4a086';
