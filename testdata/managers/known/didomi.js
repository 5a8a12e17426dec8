standIn({
  boxes: ['#didomi-host'],
  write(on) {
    const all = ['measure_content_performance', 'select_personalized_ads'];
    if (on !== null) keep('didomi_token', btoa(JSON.stringify({ user_id: 'x', purposes: { enabled: on ? all : [], disabled: on ? [] : all } })));
  },
  api(show) { window.Didomi = { preferences: { show } }; },
});
