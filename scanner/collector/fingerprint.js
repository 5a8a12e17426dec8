  const tell = (what, api) => some('access ' + api, times => send('access', { op: what, name: api, times }));
  const reads = (what, owner, ...names) => {
    const proto = globalThis[owner] && globalThis[owner].prototype;
    for (const name of names) method(proto, name, () => tell(what, owner + '.' + name));
  };
  reads('canvas', 'HTMLCanvasElement', 'toDataURL', 'toBlob');
  reads('canvas', 'OffscreenCanvas', 'convertToBlob');
  reads('canvas', 'CanvasRenderingContext2D', 'getImageData');
  reads('canvas', 'OffscreenCanvasRenderingContext2D', 'getImageData');
  reads('audio', 'OfflineAudioContext', 'startRendering');
  reads('audio', 'AnalyserNode', 'getFloatFrequencyData');
  reads('client-hints', 'NavigatorUAData', 'getHighEntropyValues');
  for (const owner of ['WebGLRenderingContext', 'WebGL2RenderingContext']) {
    const proto = globalThis[owner] && globalThis[owner].prototype;
    reads('webgl', owner, 'readPixels', 'getSupportedExtensions');
    method(proto, 'getParameter', (_, args) => {
      // UNMASKED_VENDOR_WEBGL and UNMASKED_RENDERER_WEBGL name the graphics card.
      if (args[0] === 37445 || args[0] === 37446) tell('webgl', owner + '.getParameter(' + args[0] + ')');
    });
  }
  for (const owner of ['HTMLCanvasElement', 'OffscreenCanvas']) {
    // This browser has no graphics card: that a script wanted one is all there is to see.
    method(globalThis[owner] && globalThis[owner].prototype, 'getContext', (_, args) => {
      const kind = args[0];
      if (kind === 'webgl' || kind === 'webgl2' || kind === 'experimental-webgl') tell('webgl', owner + '.getContext(webgl)');
    });
  }
  // To measure a text, or to ask for a font, is what pages do; with this many fonts
  // it tells which are installed.
  const MANY = 20, fonts = new Set(), add = fonts.add.bind(fonts), sizeOf = accessor(Set.prototype, 'size');
  const font = (api, name) => {
    add(api + name);
    if (sizeOf(fonts) >= MANY) tell('fonts', api);
  };
  for (const owner of ['CanvasRenderingContext2D', 'OffscreenCanvasRenderingContext2D']) {
    const proto = globalThis[owner] && globalThis[owner].prototype;
    if (!proto) continue;
    const fontOf = getter(proto, 'font');
    method(proto, 'measureText', self_ => { try { font(owner + '.measureText', fontOf(self_)); } catch {} });
  }
  method(globalThis.FontFaceSet && FontFaceSet.prototype, 'check', (_, args) => {
    if (typeof args[0] === 'string') font('FontFaceSet.check', args[0]);
  });
  method(page && globalThis, 'queryLocalFonts', () => tell('fonts', 'queryLocalFonts'));
