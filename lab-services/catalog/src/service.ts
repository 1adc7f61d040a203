import { defineService } from '@faultline/chassis';
import { createProductRepository } from './product-repository.ts';
import { registerRoutes } from './routes.ts';

/** Products, descriptions and prices. */
export const service = defineService({
  name: 'catalog',
  migrations: new URL('./migrations/', import.meta.url),
  calls: [],
  build(chassis) {
    const products = createProductRepository(chassis.database);
    return {
      routes: (app) => registerRoutes(app, products),
      audit: async () => ({ products: await products.count() }),
    };
  },
});
