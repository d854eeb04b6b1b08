import { testStates } from '../support/gallery-suite.js';

testStates(1, 2);
