/** A worker that breaks before it is ready. */
throw new Error('broken on purpose');
