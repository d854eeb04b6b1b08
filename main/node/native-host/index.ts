export { runNativeHost, type NativeHostOptions } from './native-host.js';
export { wakeCommandPath, wakeCommandSchema, type WakeCommand } from './wake-command.js';
