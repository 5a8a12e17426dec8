  for (const op of ['open', 'delete']) method(globalThis.StorageBucketManager && StorageBucketManager.prototype, op, (_, args) => {
    if (args.length < 1 || symbol(args[0])) return;
    const name = text(args[0]);
    send('storageBucket', { op, name });
    return { args: args.length > 1 ? [name, args[1]] : [name], failed() {} };
  });
