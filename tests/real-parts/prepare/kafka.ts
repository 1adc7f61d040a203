import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE, VERSIONS } from '../parts.ts';
import { inScratchFolder, keepInCache } from './cache.ts';
import { need, run } from './run.ts';

/** What makes it write its log; the broker's own archive has it, its Maven artefact does not. */
const LOGGING_VERSION = '2.25.4';

/** A project whose only content is what it needs. */
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>faultline</groupId>
  <artifactId>real-kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${VERSIONS.kafka}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>${LOGGING_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** Fetches Apache Kafka's jars and those they need at run time. */
export function prepareKafka(force: boolean): Promise<string> {
  const version = VERSIONS.kafka;
  const logging = join(CACHE, `kafka-${version}`, `libs/log4j-slf4j-impl-${LOGGING_VERSION}.jar`);
  const again = force || !existsSync(logging);
  return keepInCache(`kafka-${version}`, `Apache Kafka ${version}`, again, async (folder) => {
    const maven = need('mvn', 'Install Maven (Debian: apt-get install maven).');
    need('java', 'Install Java 17 (Debian: apt-get install openjdk-17-jre-headless).');
    await inScratchFolder(async (project) => {
      await writeFile(join(project, 'pom.xml'), POM);
      const libs = `-DoutputDirectory=${join(folder, 'libs')}`;
      const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', libs];
      await run(maven, ['-q', '-B', '-ntp', ...goal], { cwd: project });
    });
  });
}
