/** The colour of the light on somebody's desk, by Microsoft's client. */
export async function colourOf(graph, userId) {
  const { availability } = await graph.api(`/users/${userId}/presence`).get();
  if (availability === 'Busy' || availability === 'DoNotDisturb') return 'red';
  return availability === 'Available' ? 'green' : 'off';
}

/** Has `notificationUrl` told of somebody's presence for the next fifty minutes. */
export function watch(graph, userId, notificationUrl, now) {
  return graph.api('/subscriptions').post({
    changeType: 'updated',
    notificationUrl,
    resource: `/communications/presences/${userId}`,
    expirationDateTime: new Date(now.getTime() + 50 * 60_000).toISOString(),
    clientState: 'desk light',
  });
}
