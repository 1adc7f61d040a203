import { defineService } from '@faultline/chassis';
import { createOrders } from './orders.ts';
import { createProducts } from './products.ts';
import { createRecommendations } from './recommendations.ts';
import { registerRoutes } from './routes.ts';
import { createShop } from './shop.ts';

/** The public API, put together from the services behind it. Keeps no data. */
export const service = defineService({
  name: 'gateway',
  calls: ['catalog', 'orders', 'inventory', 'recommendations', 'order-history'],
  build(chassis) {
    const products = createProducts({
      catalog: chassis.link('catalog'),
      inventory: chassis.link('inventory'),
      recommendations: createRecommendations(chassis.link('recommendations'), chassis),
      onReset: (forget) => chassis.onReset(forget),
    });
    const orders = createOrders(chassis.link('orders'), chassis.link('order-history'));
    const shop = createShop({ products, orders, chassis });
    return { routes: (app) => registerRoutes(app, shop) };
  },
});
