package dev.steerc.spark.generate;
