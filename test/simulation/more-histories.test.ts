import { keepsEveryPromise } from './promises.ts';

keepsEveryPromise('second');
