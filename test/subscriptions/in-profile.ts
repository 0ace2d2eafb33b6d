import { type Additions, UsedAdditions } from '../../src/graph/additions.ts';
import type { Profile } from '../../src/graph/settable.ts';
import type { SubscriptionService } from '../../src/subscriptions/service.ts';

/** What one request uses, where nothing is an error but what profile graph refuses. */
export function additionsIn(profile: Profile): UsedAdditions {
  return new UsedAdditions({ profile, isStrict: false });
}

/** A service whose callers need not say what they use: each call is a request in that profile. */
export function inProfile(service: SubscriptionService, profile: Profile) {
  const fresh = (): Additions => additionsIn(profile);
  return {
    ...service,
    create: ((caller, request, additions = fresh()) =>
      service.create(caller, request, additions)) as Defaulting<SubscriptionService['create']>,
    renew: ((caller, id, request, additions = fresh()) =>
      service.renew(caller, id, request, additions)) as Defaulting<SubscriptionService['renew']>,
    reauthorize: ((caller, id, additions = fresh()) =>
      service.reauthorize(caller, id, additions)) as Defaulting<SubscriptionService['reauthorize']>,
  };
}

type Defaulting<Method> = Method extends (...given: [...infer Given, Additions]) => infer Result
  ? (...given: [...Given, additions?: Additions]) => Result
  : never;
