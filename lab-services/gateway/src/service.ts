import { defineService } from '@faultline/chassis';
import { createOrders } from './orders.ts';
import { createProducts } from './products.ts';
import { registerRoutes } from './routes.ts';

/** The front door: the public API, put together from the services behind it. Keeps no data. */
export const service = defineService({
  name: 'gateway',
  calls: ['catalog', 'orders', 'inventory'],
  build(chassis) {
    const products = createProducts(chassis.link('catalog'), chassis.link('inventory'));
    const orders = createOrders(chassis.link('orders'));
    const nextId = () => chassis.ids.next();
    return { routes: (app) => registerRoutes(app, { products, orders, nextId }) };
  },
});
