import { runService } from '@faultline/chassis';
import { service } from './service.ts';

await runService(service);
