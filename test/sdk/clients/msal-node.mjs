import { applicationToken, delegatedToken, report } from './task.mjs';

const application = await applicationToken();
const delegated = await delegatedToken();
const refused = await delegatedToken('nobody@contoso.example').catch((error) => error);

report({
  application: {
    type: application?.tokenType,
    lifetimeMs: (application?.expiresOn?.getTime() ?? 0) - Date.now(),
  },
  delegated: {
    type: delegated?.tokenType,
    scopes: delegated?.scopes,
    account: delegated?.account,
  },
  refused: { code: refused.errorCode, message: refused.errorMessage },
});
