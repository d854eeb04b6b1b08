import { testStates } from '../support/gallery-suite.js';

testStates(0, 2);
