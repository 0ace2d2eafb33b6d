import {
  registerMgtGetComponent,
  registerMgtPeopleComponent,
  registerMgtPersonComponent,
} from '@microsoft/mgt-components';
import { CacheService, ProviderState, Providers, SimpleProvider } from '@microsoft/mgt-element';

/**
 * `?origin=https://localhost:4281&tenant=GUID&app=GUID&user=NAME&colleague=GUID&team=GUID,GUID`, and perhaps
 * `&search=NAME&pictures=old`.
 */
const { origin, tenant, app, user, colleague, team, search, pictures } = Object.fromEntries(
  new URL(location.href).searchParams,
);
document.getElementById('colleague').setAttribute('user-id', colleague);
document.getElementById('team').setAttribute('user-ids', team);
if (search !== undefined) document.getElementById('found').setAttribute('person-query', search);
else document.getElementById('found').remove();

// Kept pictures are looked after at once, where the toolkit waits for an hour.
if (pictures === 'old') CacheService.config.photos.invalidationPeriod = 1;

/** What the page was granted, which is what a token has when the toolkit names nothing. */
const GRANTED = 'User.Read User.ReadBasic.All Presence.Read Presence.Read.All';

async function getAccessToken([scope = GRANTED] = []) {
  const answer = await fetch(`${origin}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: app,
      username: user,
      password: 'anything',
      scope,
    }),
  });
  const { access_token } = await answer.json();
  return access_token;
}

// From here on as docs/sdks.md shows it.

class PorchlightProvider extends SimpleProvider {
  get baseURL() {
    return origin;
  }
  get customHosts() {
    return [new URL(origin).hostname]; // or it keeps the token to itself
  }
}

registerMgtPersonComponent();
Providers.globalProvider = new PorchlightProvider(getAccessToken);
Providers.globalProvider.setState(ProviderState.SignedIn);

registerMgtGetComponent();
document.querySelector('mgt-get').addEventListener('dataChange', ({ detail }) => {
  if (detail.response) document.querySelector('mgt-person').personPresence = detail.response;
});

registerMgtPeopleComponent();
