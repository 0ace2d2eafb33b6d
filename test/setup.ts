import { afterAll } from 'vitest';
import { tidyUp } from './file-end.ts';

afterAll(tidyUp);
