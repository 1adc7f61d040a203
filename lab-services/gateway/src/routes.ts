import type { ServiceApp } from '@faultline/chassis';
import type { Shop } from './shop.ts';
import { registerMobile } from './shapes/mobile-routes.ts';
import { registerWeb } from './shapes/web-routes.ts';
import { registerV1 } from './v1-routes.ts';
import { registerV2 } from './v2/routes.ts';

/** Registers the public API: two versions, and a shape each for web and mobile. */
export function registerRoutes(app: ServiceApp, shop: Shop): void {
  registerV1(app, shop);
  registerV2(app, shop);
  registerWeb(app, shop);
  registerMobile(app, shop);
}
