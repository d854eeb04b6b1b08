export { historyOfApp } from './ask-app.js';
export { startAppSocket, type AppSocketOptions, type ServedHistory } from './serve-app.js';
