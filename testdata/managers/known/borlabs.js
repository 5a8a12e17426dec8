standIn({
  boxes: ['#BorlabsDialog'],
  write(on) {
    if (on !== null) keep('borlabs-cookie', encodeURIComponent(JSON.stringify({ consents: { essential: ['borlabs-cookie'], statistics: on ? ['matomo'] : [], marketing: on ? ['pixel'] : [] } })));
  },
});
