  const dir = globalThis.FileSystemDirectoryHandle && FileSystemDirectoryHandle.prototype;
  if (dir) {
    const nameOf = getter(FileSystemHandle.prototype, 'name');
    // A handle knows its own name only, so that a path is known from its last folder
    // on; where the file lies shows when the folders are read.
    const path = (folder, name) => (folder ? folder + '/' : '') + name;
    method(dir, 'getFileHandle', (self_, args) => {
      if (typeof args[0] !== 'string' || own(args[1], 'create') !== true) return;
      try { send('opfs', { op: 'create', name: path(nameOf(self_), args[0]) }); } catch {}
    });
    method(dir, 'removeEntry', (self_, args) => {
      if (typeof args[0] !== 'string') return;
      try { send('opfs', { op: 'remove', name: path(nameOf(self_), args[0]) }); } catch {}
    });
    for (const op of ['createWritable', 'createSyncAccessHandle']) method(FileSystemFileHandle.prototype, op, self_ => {
      try { send('opfs', { op: 'change', name: nameOf(self_) }); } catch {}
    });
  }
