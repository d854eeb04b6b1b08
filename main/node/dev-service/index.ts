/** The sample service as a registered service on this PC, for developers. */
export { prepareDevService, type DevService } from './prepare.js';
export { runSampleService, type RunningService } from './run.js';
